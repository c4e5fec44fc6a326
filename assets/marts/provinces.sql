-- Provincial values. Cities and the Xinjiang Corps are marked is_of_which: they stand inside their province and are never added.
select
    o.indicator_id, i.title_zh, i.title_en, o.time_period, o.accumulation, o.owner_kind, o.ref_area, a.name_zh, a.name_en, a.level, a.is_of_which,
    o.value, i.unit, rank() over (partition by o.indicator_id, o.time_period, o.accumulation, o.owner_kind, a.level order by o.value desc) as place,
    o.released_on, o.publisher, o.source_title
from observations o
join indicators i using (indicator_id)
join areas a on a.area_code = o.ref_area
where a.level in ('province', 'sar', 'of_which') and o.basis = 'published'
order by o.indicator_id, o.time_period desc, o.accumulation, o.owner_kind, a.is_of_which, place
