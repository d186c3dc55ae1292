"""Free memory that is really there. A virtual machine gives freed pages back to its host within seconds,
and the next first touch of each costs the host's page fault: 2 s per GiB where this was written, more
than most of what is measured here."""

import mmap


def back_free_memory(size: int) -> None:
    """Touches so many bytes of free memory, so that what runs next finds them backed. In huge pages: freed,
    they are whole free blocks, which the kernel hands out next; single pages are not (tried)."""
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_HUGEPAGE)
    for offset in range(0, size, mmap.PAGESIZE):
        pages[offset] = 1
    pages.close()
