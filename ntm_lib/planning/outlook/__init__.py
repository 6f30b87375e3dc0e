"""How criteria that money does not buy within a year will move."""

from ntm_lib.planning.outlook.forecast import Outlook, load_outlook

__all__ = ["Outlook", "load_outlook"]
