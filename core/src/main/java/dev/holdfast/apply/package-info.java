/** Doing what a plan says: one holder at a time, one journal line a step. */
@NullMarked
package dev.holdfast.apply;

import org.jspecify.annotations.NullMarked;
