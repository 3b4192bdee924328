/** Tenants of one database: whose rows are whose, kept by the server itself. */
@NullMarked
package dev.holdfast.engines.postgres.tenancy;

import org.jspecify.annotations.NullMarked;
