package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class PlanTextTest {
    @Test
    void everyChangeSaysWhatItCostsAndHowItIsTakenBack() {
        Json plan = Json.parse("""
                {"stack":"starter","changes":[
                 {"where":"cache/redis.conf","summary":"set maxmemory 256mb, was 128mb","risk":"RELOAD",
                  "undo":"set maxmemory 128mb","because":"services.cache.resources.memory is 256Mi"},
                 {"where":"main/roles/old app","summary":"drop role old app","risk":"DATA","approval":"main/roles/old app",
                  "because":"the file no longer names it"}],
                 "notes":["TimescaleDB here is the Apache edition"]}
                """);

        assertThat(new PlanText(Paint.PLAIN).lines(plan))
                .containsExactly(
                        "~ cache/redis.conf  set maxmemory 256mb, was 128mb",
                        "    risk     reload: taken over while it serves",
                        "    undo     set maxmemory 128mb",
                        "    because  services.cache.resources.memory is 256Mi",
                        "! main/roles/old app  drop role old app",
                        "    risk     data: something is lost for good",
                        "    undo     cannot be taken back",
                        "    because  the file no longer names it",
                        "    approve  --approve 'main/roles/old app'",
                        "note: TimescaleDB here is the Apache edition",
                        "2 changes (1 by reload, 1 with loss of data); to do it: holdfast apply --stack starter --approve"
                                + " 'main/roles/old app'");
    }

    @Test
    void nothingToDoIsSaidInOneLine() {
        assertThat(new PlanText(Paint.PLAIN).lines(Json.parse("{\"stack\":\"starter\",\"changes\":[],\"notes\":[]}")))
                .containsExactly("nothing is to be done: starter is as its file says");
    }

    @Test
    void anInterruptedApplyIsSaidFirst() {
        Json plan = Json.parse(
                "{\"stack\":\"s\",\"changes\":[],\"notes\":[],\"interrupted\":{\"operation\":\"1\",\"done\":1,\"where\":\"main/x\"}}");

        assertThat(new PlanText(Paint.PLAIN).lines(plan).getFirst())
                .isEqualTo("! the last apply was interrupted after 1 change, at main/x; what follows is what is left");
    }
}
