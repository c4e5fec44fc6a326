-- Geographical indications: products and marks, new and in all, users of the special sign, and direct output. See breaks for 2025.
select
    time_period, freq, accumulation, period_end,
    max(value) filter (indicator_id = 'gi_products_approved') as gi_products_approved,
    max(value) filter (indicator_id = 'gi_products_cumulative') as gi_products_cumulative,
    max(value) filter (indicator_id = 'gi_marks_registered') as gi_marks_registered,
    max(value) filter (indicator_id = 'gi_marks_cumulative') as gi_marks_cumulative,
    max(value) filter (indicator_id = 'gi_users_approved') as gi_users_approved,
    max(value) filter (indicator_id = 'gi_users_cumulative') as gi_users_cumulative,
    max(value) filter (indicator_id = 'gi_output') / 1e8 as gi_output_cny_100m
from observations
where ref_area = 'CN' and basis = 'published' and indicator_id in ('gi_products_approved', 'gi_products_cumulative', 'gi_marks_registered',
    'gi_marks_cumulative', 'gi_users_approved', 'gi_users_cumulative', 'gi_output')
group by all
order by period_end desc, freq
