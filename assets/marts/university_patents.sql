-- Universities and research institutes: the inventory of patents, and transfers and licences (events, not patents).
select
    o.indicator_id, i.title_zh, i.title_en, o.ref_area, o.ip_type, o.owner_kind, o.freq, o.time_period, o.accumulation, o.value / i.display_factor as value_shown,
    o.value_low / i.display_factor as low_shown, o.value_high / i.display_factor as high_shown, i.unit_zh, i.unit_en, o.basis, o.released_on,
    o.publisher, o.source_title
from observations o
join indicators i using (indicator_id)
where o.indicator_id like 'univ\_%' escape '\' or o.indicator_id like 'inventory\_%' escape '\' or o.indicator_id like 'industrialisation\_rate%' escape '\'
order by o.indicator_id, o.period_end desc
