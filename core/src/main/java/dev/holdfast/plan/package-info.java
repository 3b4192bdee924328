/** The difference between what the file says and what is there. */
@NullMarked
package dev.holdfast.plan;

import org.jspecify.annotations.NullMarked;
