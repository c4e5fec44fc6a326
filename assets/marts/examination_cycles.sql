-- Months of examination as published, side by side: inventions, high-value inventions, trademarks; never averaged over months.
select
    time_period, freq, period_end,
    max(value) filter (indicator_id = 'invention_exam_pendency') as invention_months,
    max(value) filter (indicator_id = 'hv_invention_exam_pendency') as high_value_invention_months,
    max(value) filter (indicator_id = 'trademark_exam_pendency') as trademark_months,
    max(value) filter (indicator_id = 'trademark_registration_full_cycle') as trademark_registration_months,
    max(value) filter (indicator_id = 'invention_exam_accuracy') as invention_accuracy_percent
from observations
where ref_area = 'CN' and basis = 'published' and indicator_id in ('invention_exam_pendency', 'hv_invention_exam_pendency',
    'trademark_exam_pendency', 'trademark_registration_full_cycle', 'invention_exam_accuracy')
group by all
order by period_end desc, freq
