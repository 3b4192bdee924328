/** Prometheus with Alertmanager: what the other services say of themselves, kept and watched. */
@NullMarked
package dev.holdfast.engines.prometheus;

import org.jspecify.annotations.NullMarked;
