/** Neo4j: graphs. */
@NullMarked
package dev.holdfast.engines.neo4j;

import org.jspecify.annotations.NullMarked;
