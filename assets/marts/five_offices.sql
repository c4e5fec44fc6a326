-- The five largest offices: applications, grants and pendency, each as the office or the joint report defines it.
select
    o.ref_area, coalesce(a.name_zh, o.ref_area) as name_zh, coalesce(a.name_en, o.ref_area) as name_en, o.time_period, o.indicator_id, i.title_zh,
    i.title_en, o.value, i.unit, o.released_on, o.publisher, o.source_title, o.note
from observations o
join indicators i using (indicator_id)
left join areas a on a.area_code = o.ref_area
where o.ref_area in ('IP5', 'CN', 'US', 'JP', 'KR', 'EP')
    and (o.indicator_id like 'ip5\_%' escape '\' or o.indicator_id like 'pendency\_%' escape '\')
order by o.indicator_id, o.time_period desc, o.ref_area
