-- The seven groups and their total by year: every vintage of value added, with the share, growth and share of GDP that were printed with it.
select
    v.time_period, v.industry, coalesce(c.name_zh, '合计') as name_zh, coalesce(c.name_en, 'Total') as name_en,
    v.value / 1e8 as value_added_cny_100m, share.value as share_of_total_percent, growth.value as growth_percent,
    gdp_share.value as share_of_gdp_percent, v.released_on, v.superseded_on, v.quality, v.publisher, v.source_title
from vintages v
left join codes c on c.dimension = 'industry' and c.code = v.industry
left join observations share on share.indicator_id = 'pii_value_added_share' and share.basis = 'published'
    and share.time_period = v.time_period and share.industry = v.industry
left join observations growth on growth.indicator_id = 'pii_value_added_growth' and growth.basis = 'published'
    and growth.time_period = v.time_period and growth.industry = v.industry
left join observations gdp_share on gdp_share.indicator_id = 'pii_share_of_gdp' and gdp_share.basis = 'published'
    and gdp_share.time_period = v.time_period and v.industry = '_T'
where v.indicator_id = 'pii_value_added' and v.freq = 'A' and v.basis <> 'records'
order by v.time_period desc, v.industry = '_T' desc, v.value desc, v.released_on
