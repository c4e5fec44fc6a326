-- Trademarks: applications, registrations, marks in force, and Madrid applications of domestic applicants, national totals as published.
select
    time_period, freq, accumulation, period_end,
    max(value) filter (indicator_id = 'trademark_applications') as trademark_applications,
    max(value) filter (indicator_id = 'trademark_registrations') as trademark_registrations,
    max(value) filter (indicator_id = 'trademark_registrations_growth') as trademark_registrations_growth_percent,
    max(value) filter (indicator_id = 'trademarks_in_force') as trademarks_in_force,
    max(value) filter (indicator_id = 'trademarks_in_force_domestic') as trademarks_in_force_domestic,
    max(value) filter (indicator_id = 'madrid_applications') as madrid_applications
from observations
where ref_area = 'CN' and counterpart_area = '_T' and basis = 'published' and indicator_id in ('trademark_applications',
    'trademark_registrations', 'trademark_registrations_growth', 'trademarks_in_force', 'trademarks_in_force_domestic', 'madrid_applications')
group by all
order by period_end desc, freq
