package dev.holdfast.engines.redis;

import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The lines are those that Redis 8.0.2 answered to {@code ACL LIST} after the statements were applied. */
final class RedisUsersTest {
    private static final String APP = "user app on sanitize-payload #aa ~* &* -@all +@connection +@read +@write"
            + " +@transaction -@dangerous +info (%R~holdfast:managed resetchannels -@all)";
    private static final RedisSpec.Role ROLE =
            new RedisSpec.Role(List.of(RedisSpec.Can.WRITE, RedisSpec.Can.READ), List.of("*"), List.of());

    @Test
    void aUserThatIsAsDeclaredChangesNothing() {
        assertThat(diff(List.of(wanted()), APP.replace(" &*", " resetchannels")))
                .isEmpty();
    }

    @Test
    void aUserThatIsMissingIsCreatedWithItsPasswordLeftOpen() {
        assertThat(diff(List.of(wanted())))
                .containsExactly(new Change(
                        "cache/roles/app",
                        "create user 'app'",
                        "ACL SETUSER app reset on #${cache/roles/app} ~* resetchannels -@all +@connection +@read +@write"
                                + " +@transaction -@dangerous +info (%R~holdfast:managed resetchannels -@all)",
                        Change.Risk.NONE,
                        java.util.Optional.of("ACL DELUSER app"),
                        "the file declares it and the server has no such user"));
    }

    @Test
    void everyDriftIsNamed() {
        assertThat(because("user app off sanitize-payload #aa ~* resetchannels -@all +@connection +@read +@write"
                        + " +@transaction -@dangerous +info (%R~holdfast:managed resetchannels -@all)"))
                .isEqualTo("in the server it is switched off");
        assertThat(because(APP.replace(" &*", " resetchannels").replace("#aa", "#aa #bb")))
                .isEqualTo("in the server its password is another");
        assertThat(because(APP.replace(" &*", " resetchannels").replace("#aa", "nopass")))
                .isEqualTo("in the server it needs no password");
        assertThat(because(APP.replace(" &*", " resetchannels").replace("~*", "~a:* ~b:*")))
                .isEqualTo("in the server its keys are ~a:* ~b:*");
        assertThat(because(APP)).isEqualTo("in the server its channels are &*");
        assertThat(because(APP.replace(" &*", " resetchannels").replace("+info", "+info +flushall")))
                .isEqualTo("in the server its commands are -@all +@connection +@read +@write +@transaction -@dangerous"
                        + " +info +flushall");
        assertThat(because("user app on sanitize-payload #aa ~* resetchannels -@all +@connection +@read +@write"
                        + " +@transaction -@dangerous +info"))
                .isEqualTo("in the server it was made by hand");
    }

    @Test
    void onlyWhatHoldfastMadeIsProposedToGoAndOnlyByName() {
        List<Change> changes = diff(
                List.of(wanted()),
                APP.replace(" &*", " resetchannels"),
                "user byhand on sanitize-payload #cc ~* resetchannels +@all",
                "user old on sanitize-payload #dd %R~* resetchannels -@all +@read (%R~holdfast:managed resetchannels"
                        + " -@all)");
        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.statement()).isEqualTo("ACL DELUSER old");
            assertThat(change.risk()).isEqualTo(Change.Risk.DATA);
            assertThat(change.approval()).contains("cache/roles/old");
        });
    }

    @Test
    void theUserOfThoseWhoDoNotSayWhoTheyAreIsSwitchedOffAgain() {
        List<Change> changes = RedisUsers.diff(
                "cache",
                List.of(RedisUsers.unused()),
                List.of(RedisUser.parsed("user default on nopass sanitize-payload ~* &* +@all")));
        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.where()).isEqualTo("cache/users/default");
            assertThat(change.statement()).isEqualTo("ACL SETUSER default reset off resetchannels -@all");
        });
    }

    @Test
    void aRoleThatOnlyReadsCannotWriteItsKeysWhateverItsCommands() {
        RedisSpec.Role reader =
                new RedisSpec.Role(List.of(RedisSpec.Can.READ), List.of("session:*"), List.of("keys", "-get"));
        RedisUser user = RedisUsers.role("reader", reader, RedisSpec.Topology.SINGLE, "aa");
        assertThat(user.keys()).containsExactly("%R~session:*");
        assertThat(user.commands()).isEqualTo("-@all +@connection +@read -@dangerous +info +keys -get");
    }

    @Test
    void wordsOfALineKeepAParenthesisTogether() {
        assertThat(RedisUser.words("user a (~x -@all)  (~y +get)"))
                .containsExactly("user", "a", "(~x -@all)", "(~y +get)");
    }

    private static RedisUser wanted() {
        return RedisUsers.role("app", ROLE, RedisSpec.Topology.SINGLE, "aa");
    }

    private static String because(String line) {
        return diff(List.of(wanted()), line).getFirst().because();
    }

    private static List<Change> diff(List<RedisUser> desired, String... lines) {
        List<RedisUser> actual = new ArrayList<>();
        for (String line : lines) {
            actual.add(RedisUser.parsed(line));
        }
        return RedisUsers.diff("cache", desired, actual);
    }
}
