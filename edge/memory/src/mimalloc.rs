//! mimalloc, which is told of an alignment only where that is a special one: what finds a block for one takes half as long
//! again, and hardly any block needs it.

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc, mi_zalloc_aligned,
};

/// All blocks of mimalloc have it.
const USUAL: usize = align_of::<usize>();

/// The allocator.
#[derive(Debug, Default)]
pub struct Mimalloc;

// SAFETY: blocks are those of mimalloc, which has a place of that size and alignment for each, or gives null.
unsafe impl GlobalAlloc for Mimalloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size may be asked for, and alignments are powers of two.
        unsafe {
            match layout.align() <= USUAL {
                true => mi_malloc(layout.size()).cast(),
                false => mi_malloc_aligned(layout.size(), layout.align()).cast(),
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            match layout.align() <= USUAL {
                true => mi_zalloc(layout.size()).cast(),
                false => mi_zalloc_aligned(layout.size(), layout.align()).cast(),
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller has it from here.
        unsafe { mi_free(block.cast()) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above, both.
        unsafe {
            match layout.align() <= USUAL {
                true => mi_realloc(block.cast(), size).cast(),
                false => mi_realloc_aligned(block.cast(), size, layout.align()).cast(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_and_keep_what_they_hold() {
        for align in [1_usize, 2, 8, 16, 64, 4096] {
            for size in [1_usize, 7, 8, 9, 24, 40, 100, 1000, 70_000, 5_000_000] {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: the block is written to within its size, and given back with the layout that it has.
                unsafe {
                    let block = Mimalloc.alloc_zeroed(layout);
                    assert!(!block.is_null() && block.addr().is_multiple_of(align));
                    assert_eq!((*block, *block.add(size - 1)), (0, 0));
                    *block.add(size - 1) = 7;
                    let block = Mimalloc.realloc(block, layout, size * 2);
                    assert!(!block.is_null() && block.addr().is_multiple_of(align));
                    assert_eq!(*block.add(size - 1), 7);
                    Mimalloc.dealloc(block, Layout::from_size_align(size * 2, align).unwrap());
                }
            }
        }
    }
}
