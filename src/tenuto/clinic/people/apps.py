from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tenuto.clinic.people"
    verbose_name = "People"
