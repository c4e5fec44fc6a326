-- The network of protection and service: centres, outlets, institutions, their work, and the numbers that plans set for them.
select
    o.indicator_id, i.title_zh, i.title_en, o.ref_area, o.freq, o.time_period, o.accumulation, o.value / i.display_factor as value_shown,
    o.value_low / i.display_factor as low_shown, o.value_high / i.display_factor as high_shown, i.unit_zh, i.unit_en,
    ends_with(o.indicator_id, '_target') as is_planned, o.basis, o.released_on, o.publisher, o.source_title
from observations o
join indicators i using (indicator_id)
where i.theme in ('services', 'records_services')
order by o.indicator_id, o.ref_area, o.period_end desc
