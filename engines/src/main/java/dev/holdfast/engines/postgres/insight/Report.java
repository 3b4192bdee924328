package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Topic;

/** One report. */
interface Report {
    Topic topic();

    Answer answer(Desk desk, Question question);
}
