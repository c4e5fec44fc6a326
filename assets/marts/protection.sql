-- Protection: satisfaction in society with its parts and groups, judicial outcomes, and the time that examinations and reviews take.
select
    o.indicator_id, i.title_zh, i.title_en, o.ref_area, o.ip_type, o.owner_kind, c.name_zh as owner_kind_zh, c.name_en as owner_kind_en, o.freq,
    o.time_period, o.accumulation, o.value / i.display_factor as value_shown, i.unit_zh, i.unit_en, o.basis, o.released_on, o.publisher, o.source_title
from observations o
join indicators i using (indicator_id)
left join codes c on c.dimension = 'owner_kind' and c.code = o.owner_kind
where i.theme = 'protection'
order by o.indicator_id, o.period_end desc, o.owner_kind
