/** Reads a stack file to values, and says where and how it is wrong. */
@NullMarked
package dev.holdfast.reader;

import org.jspecify.annotations.NullMarked;
