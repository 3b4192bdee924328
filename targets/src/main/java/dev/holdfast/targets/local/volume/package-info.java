/** Where the data of stacks lives: folders, file systems that clone files, and images of such file systems. */
@NullMarked
package dev.holdfast.targets.local.volume;

import org.jspecify.annotations.NullMarked;
