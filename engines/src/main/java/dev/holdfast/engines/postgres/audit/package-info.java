/** Who changed what in one database, written down so that a gap is noticed. */
@NullMarked
package dev.holdfast.engines.postgres.audit;

import org.jspecify.annotations.NullMarked;
