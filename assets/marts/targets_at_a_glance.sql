-- Every target with its status, worst news first.
select
    t.target_id, t.indicator_id, i.title_zh, i.title_en, t.year, t.document_zh, t.document_en, t.quote,
    t.target_value / i.display_factor as target_shown, a.value / i.display_factor as value_shown, i.unit_zh, i.unit_en,
    a.value_period, t.deadline, a.status, a.status_zh, a.status_en, a.fragile, t.official_seen, a.reason_zh, a.reason_en
from targets t
join indicators i using (indicator_id)
join assessments a using (target_id)
order by list_position(['missed', 'moving_away', 'off_track', 'needs_acceleration', 'on_track', 'met_so_far', 'met', 'not_assessed'], a.status),
    t.deadline desc, t.target_id
