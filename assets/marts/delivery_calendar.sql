-- Late deliveries: for every source the last delivery that holds, and what it owes next by which day. Compare next_due_on with a day.
select
    s.source_id, s.title_zh, s.title_en, s.publisher, s.cadence, s.due_day, s.deliveries_count, max(d.period) as last_period,
    max(left(d.received_at, 10))::date as received_on, s.next_period, s.next_due_on
from sources s
left join deliveries d on d.source_id = s.source_id and d.withdrawn_on is null
group by all
order by s.next_due_on nulls last, s.source_id
