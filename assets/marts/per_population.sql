-- Per head of population: every indicator whose unit is so many per persons, by area, with the rank among areas of the same level.
select
    o.indicator_id, i.title_zh, i.title_en, o.ref_area, a.name_zh, a.name_en, a.level, a.is_of_which, o.freq, o.time_period, o.basis,
    o.value / i.display_factor as value_shown, i.unit_zh, i.unit_en,
    rank() over (partition by o.indicator_id, o.freq, o.time_period, o.basis, a.level order by o.value desc) as place, o.released_on, o.publisher,
    o.source_title
from observations o
join indicators i using (indicator_id)
join areas a on a.area_code = o.ref_area
where regexp_matches(o.unit, '_per_[0-9]+[km]_persons$') and not contains(i.formula, '[t-1 year]')
    and o.ip_type = '_T' and o.owner_kind = '_T' and o.industry = '_T' and o.technology = '_T' and o.counterpart_area = '_T'
order by o.indicator_id, o.period_end desc, a.level, place
