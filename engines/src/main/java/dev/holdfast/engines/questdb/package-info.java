/** QuestDB: time series. */
@NullMarked
package dev.holdfast.engines.questdb;

import org.jspecify.annotations.NullMarked;
