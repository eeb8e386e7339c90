from django.apps import AppConfig


class CourseConfig(AppConfig):
    name = "tenuto.clinic.course"
    verbose_name = "Course"
