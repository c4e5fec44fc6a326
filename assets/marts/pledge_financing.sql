-- Pledge financing of patents and trademarks: registered amounts (not loans), projects, firms; years and parts of years apart,
-- and what is counted from records apart from what is published.
select
    time_period, freq, accumulation, period_end, basis = 'records' as counted_from_records,
    max(value) filter (indicator_id = 'pledge_amount') / 1e8 as amount_cny_100m,
    max(value) filter (indicator_id = 'pledge_amount_growth' and basis = 'published') as amount_growth_published_percent,
    max(value) filter (indicator_id = 'pledge_amount_growth' and basis = 'derived') as amount_growth_derived_percent,
    max(value) filter (indicator_id = 'pledge_projects') as projects,
    max(value) filter (indicator_id = 'pledge_beneficiaries') as enterprises,
    max(value) filter (indicator_id = 'pledge_inclusive_firms') as inclusive_loan_enterprises
from observations
where ref_area = 'CN' and ip_type = '_T'
    and indicator_id in ('pledge_amount', 'pledge_amount_growth', 'pledge_projects', 'pledge_beneficiaries', 'pledge_inclusive_firms')
group by all
order by period_end desc, freq
