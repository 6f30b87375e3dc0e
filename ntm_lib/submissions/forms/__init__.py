"""The workbooks that communes, districts and the province fill in."""

from ntm_lib.submissions.forms.build import form_of
from ntm_lib.submissions.forms.filling import fill
from ntm_lib.submissions.forms.layout import Form, FormColumn, SheetForm
from ntm_lib.submissions.forms.places import all_senders, file_name, sender_of
from ntm_lib.submissions.forms.template import write_template

__all__ = [
    "Form",
    "FormColumn",
    "SheetForm",
    "all_senders",
    "file_name",
    "fill",
    "form_of",
    "sender_of",
    "write_template",
]
