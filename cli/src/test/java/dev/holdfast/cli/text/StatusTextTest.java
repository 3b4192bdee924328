package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class StatusTextTest {
    @Test
    void aTreeOfServicesMembersAndDoors() {
        Json status = Json.parse("""
                {"stack":"starter","environment":"dev","desired":"up","ready":false,"services":[
                 {"name":"cache","engine":"redis","version":"8.0","ready":true,"because":"all members are ready",
                  "members":[{"name":"cache-0","role":"primary","state":"running","ready":true,
                   "because":"answered PING in 1 ms","pid":12,"rssBytes":9437184}],
                  "endpoints":[{"name":"direct","host":"127.0.0.1","port":6379,"url":"rediss://app@127.0.0.1:6379"}]},
                 {"name":"main","engine":"postgres","version":"17","ready":false,"because":"main-0 is restarting",
                  "members":[{"name":"main-0","role":"primary","state":"restarting","ready":false,
                   "because":"exited with status 1","next":"Read holdfast logs main."}],"endpoints":[]}],
                 "problems":[{"code":"HF3201","cause":"the stack file is gone","remedy":"Put it back."}]}
                """);

        assertThat(new StatusText(Paint.PLAIN).lines(status))
                .containsExactly(
                        "starter (dev)  not ready",
                        "✓ cache      redis 8.0",
                        "  ✓ cache-0  primary      running     9.0 MiB  answered PING in 1 ms",
                        "    direct   port 6379                         rediss://app@127.0.0.1:6379",
                        "✗ main       postgres 17                       main-0 is restarting",
                        "  ✗ main-0   primary      restarting           exited with status 1",
                        "                                               next: Read holdfast logs main.",
                        "! the stack file is gone [HF3201]",
                        "  fix: Put it back.");
    }

    @Test
    void aStackThatIsDownOnPurposeIsNotBroken() {
        Json status = Json.parse("{\"stack\":\"starter\",\"desired\":\"down\",\"ready\":false,\"services\":[]}");

        assertThat(new StatusText(Paint.PLAIN).lines(status)).containsExactly("starter  stopped");
    }
}
