"""The store of what was handed in: nothing is erased, what is newer comes first."""

from ntm_lib.submissions.vault.backup import back_up, restore
from ntm_lib.submissions.vault.book_store import AlreadyHandedInError, BookStore
from ntm_lib.submissions.vault.checking import Health, check_store
from ntm_lib.submissions.vault.interface import Store
from ntm_lib.submissions.vault.opening import open_store

__all__ = ["AlreadyHandedInError", "BookStore", "Health", "Store", "back_up", "check_store", "open_store", "restore"]
