/** Looks at a PostgreSQL server from the outside: address, network, TLS, login, and what it finds inside. */
@NullMarked
package dev.holdfast.engines.postgres.doctor;

import org.jspecify.annotations.NullMarked;
