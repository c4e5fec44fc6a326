-- The latest national total of every indicator that has one; published before counted or derived, a whole period before part of one.
select
    i.theme, o.indicator_id, i.title_zh, i.title_en, o.time_period, o.accumulation, o.value / i.display_factor as value_shown,
    o.value_low / i.display_factor as low_shown, o.value_high / i.display_factor as high_shown, i.unit_zh, i.unit_en, o.obs_status, o.basis,
    o.quality, o.released_on, o.publisher, o.source_title, o.source_url
from observations o
join indicators i using (indicator_id)
where o.ref_area = 'CN' and o.ip_type = '_T' and o.owner_kind = '_T' and o.industry = '_T' and o.technology = '_T' and o.counterpart_area = '_T'
qualify row_number() over (
    partition by o.indicator_id order by o.period_end desc, o.freq, list_position(['published', 'records', 'derived'], o.basis), o.accumulation) = 1
order by i.theme, o.indicator_id
