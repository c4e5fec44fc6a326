-- Every current value as a reader wants it: names beside the codes, the unit shown, and marks in square brackets.
with named as (
    select dimension, code, name_zh, name_en from codes union all select 'counterpart_area', area_code, name_zh, name_en from areas
),
revised as (
    select distinct indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq, time_period, accumulation, basis, kind
    from revisions where kind = 'revised'
),
observed as (
    select * from observations left join revised
    using (indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq, time_period, accumulation, basis)
)
select
    o.indicator_id, i.theme, i.title_zh, i.title_en, o.freq, o.time_period, o.accumulation, o.ref_area, a.name_zh, a.name_en,
    concat_ws('；', t.name_zh, k.name_zh, n.name_zh, g.name_zh, c.name_zh) as breakdown_zh,
    concat_ws('; ', t.name_en, k.name_en, n.name_en, g.name_en, c.name_en) as breakdown_en,
    o.value / i.display_factor as value_shown,
    concat(
        case o.obs_status when 'P' then '[p]' when 'E' then '[e]' when 'B' then '[b]' when 'M' then '[x]' when 'Q' then '[c]' end,
        case when o.kind = 'revised' and o.stage in ('final', 'census') then '[r]' end,
        case when o.value is null then '' when o.value_high is null then '[>]' when o.value_low is null then '[<]' end
    ) as marks,
    i.unit_zh, i.unit_en, o.value_low / i.display_factor as low_shown, o.value_high / i.display_factor as high_shown, o.basis,
    o.released_on, o.publisher, o.source_title
from observed o
join indicators i using (indicator_id)
left join areas a on a.area_code = o.ref_area
left join named t on t.dimension = 'ip_type' and t.code = o.ip_type
left join named k on k.dimension = 'owner_kind' and k.code = o.owner_kind
left join named n on n.dimension = 'industry' and n.code = o.industry
left join named g on g.dimension = 'technology' and g.code = o.technology
left join named c on c.dimension = 'counterpart_area' and c.code = o.counterpart_area
order by i.theme, o.indicator_id, o.freq, o.period_end desc, o.accumulation, o.basis, o.ref_area, breakdown_en
