/** What Holdfast's speed is measured by: written to {@code docs/benchmarks.md} as ratios against floors of the same run. */
@NullMarked
package dev.holdfast.proof.benchmark;

import org.jspecify.annotations.NullMarked;
