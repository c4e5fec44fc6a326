-- The vintages of a number: every value that was held more than once, from its first vintage to the current one.
select
    v.indicator_id, i.title_zh, i.title_en, v.ref_area, v.ip_type, v.owner_kind, v.industry, v.technology, v.counterpart_area, v.freq,
    v.time_period, v.accumulation, v.basis, row_number() over of_one_number as vintage, v.released_on, v.superseded_on,
    v.value / i.display_factor as value_shown, (v.value - first_value(v.value) over of_one_number) / i.display_factor as change_from_first_shown,
    i.unit_zh, i.unit_en, v.stage, v.quality, v.publisher, v.source_title
from vintages v
join indicators i using (indicator_id)
where v.superseded_on is distinct from v.released_on  -- a source that never was the preferred one is no vintage
window of_one_number as (partition by v.indicator_id, v.ref_area, v.ip_type, v.owner_kind, v.industry, v.technology, v.counterpart_area, v.freq,
    v.time_period, v.accumulation, v.basis order by v.released_on)
qualify count(*) over (partition by v.indicator_id, v.ref_area, v.ip_type, v.owner_kind, v.industry, v.technology, v.counterpart_area, v.freq,
    v.time_period, v.accumulation, v.basis) > 1
order by v.indicator_id, v.ref_area, v.time_period desc, v.basis, v.released_on
