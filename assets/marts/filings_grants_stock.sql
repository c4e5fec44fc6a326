-- Applications, grants and patents in force of the three kinds, by origin. Domestic (DOM) includes Hong Kong, Macao and Taiwan.
select
    time_period, freq, accumulation, counterpart_area, period_end,
    max(value) filter (indicator_id = 'invention_applications') as invention_applications,
    max(value) filter (indicator_id = 'utility_model_applications') as utility_model_applications,
    max(value) filter (indicator_id = 'design_applications') as design_applications,
    max(value) filter (indicator_id = 'invention_grants') as invention_grants,
    max(value) filter (indicator_id = 'utility_model_grants') as utility_model_grants,
    max(value) filter (indicator_id = 'design_grants') as design_grants,
    max(value) filter (indicator_id = 'invention_in_force') as inventions_in_force,
    max(value) filter (indicator_id = 'utility_model_in_force') as utility_models_in_force,
    max(value) filter (indicator_id = 'design_in_force') as designs_in_force
from observations
where ref_area = 'CN' and owner_kind = '_T' and basis = 'published' and indicator_id in ('invention_applications', 'utility_model_applications',
    'design_applications', 'invention_grants', 'utility_model_grants', 'design_grants', 'invention_in_force', 'utility_model_in_force',
    'design_in_force')
group by all
order by period_end desc, freq, counterpart_area
