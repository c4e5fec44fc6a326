-- Copyright industries by year: value added, growth and share of GDP, all of them and the core ones, as published.
select
    time_period, period_end,
    max(value) filter (indicator_id = 'copyright_value_added') / 1e8 as value_added_cny_100m,
    max(value) filter (indicator_id = 'copyright_value_added_growth') as growth_percent,
    max(value) filter (indicator_id = 'copyright_share_of_gdp') as share_of_gdp_percent,
    max(value) filter (indicator_id = 'core_copyright_value_added') / 1e8 as core_value_added_cny_100m,
    max(value) filter (indicator_id = 'core_copyright_share_of_gdp') as core_share_of_gdp_percent
from observations
where ref_area = 'CN' and freq = 'A' and basis = 'published' and indicator_id in ('copyright_value_added', 'copyright_value_added_growth',
    'copyright_share_of_gdp', 'core_copyright_value_added', 'core_copyright_share_of_gdp')
group by all
order by period_end desc
