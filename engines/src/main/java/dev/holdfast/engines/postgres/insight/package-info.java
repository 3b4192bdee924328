/** What a running PostgreSQL tells of itself: reports of rows with a remedy each, and plans of queries explained. */
@NullMarked
package dev.holdfast.engines.postgres.insight;

import org.jspecify.annotations.NullMarked;
