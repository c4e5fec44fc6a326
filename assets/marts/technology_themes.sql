-- Patents by technology theme. Fields overlap: they are never added up.
select
    o.indicator_id, i.title_zh, i.title_en, o.technology, coalesce(c.name_zh, '合计') as technology_zh, coalesce(c.name_en, 'Total') as technology_en,
    o.ref_area, o.counterpart_area, o.time_period, o.accumulation, o.value, i.unit, o.basis, o.released_on, o.publisher, o.source_title
from observations o
join indicators i using (indicator_id)
left join codes c on c.dimension = 'technology' and c.code = o.technology
where i.theme = 'technology'
order by o.indicator_id, o.time_period desc, o.ref_area, o.technology
