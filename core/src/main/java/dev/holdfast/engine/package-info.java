/** What every engine owes: six facets, each offered or refused with a sentence. */
@NullMarked
package dev.holdfast.engine;

import org.jspecify.annotations.NullMarked;
