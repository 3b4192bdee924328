/** Redis: a cache and a keeper of queues. */
@NullMarked
package dev.holdfast.engines.redis;

import org.jspecify.annotations.NullMarked;
