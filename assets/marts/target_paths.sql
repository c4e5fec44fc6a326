-- The way to a target: every yearly national value of its indicator up to the deadline, with the target and its present status beside it.
select
    t.target_id, t.indicator_id, i.title_zh, i.title_en, t.document_zh, t.document_en, t.deadline, t.rule, t.target_value / i.display_factor as target_shown,
    o.time_period, o.value / i.display_factor as value_shown, o.value_low / i.display_factor as low_shown,
    o.value_high / i.display_factor as high_shown, i.unit_zh, i.unit_en, o.basis, o.released_on, a.value_period, a.status, a.status_zh, a.status_en
from targets t
join indicators i using (indicator_id)
join assessments a using (target_id)
join observations o on o.indicator_id = t.indicator_id and o.freq = 'A' and o.ref_area = 'CN' and o.period_end <= t.deadline and o.ip_type = '_T'
    and o.owner_kind = '_T' and o.industry = '_T' and o.technology = '_T' and o.counterpart_area = '_T'
order by t.deadline, t.target_id, o.period_end, o.basis
