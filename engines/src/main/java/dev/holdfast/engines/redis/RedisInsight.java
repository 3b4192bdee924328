package dev.holdfast.engines.redis;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Insight;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What servers of Redis tell of themselves. Looking for large keys reads some of them; it stops after so many or so long,
 * and says how far it came.
 */
final class RedisInsight implements Insight<RedisSpec> {
    private static final int KEYS_LOOKED_AT = 20_000;
    private static final long NANOS_LOOKED = 2_000_000_000L;
    private static final long NANOS_EXACT = 60_000_000_000L;

    private static final Topic LARGE = new Topic("keys", "the keys that take most memory", List.of());
    private static final Topic SLOW = new Topic("slow", "the commands that took longest lately", List.of());
    private static final Topic HITS = new Topic("hits", "how often a key was found, evicted or expired", List.of());
    private static final Topic MEMORY = new Topic("memory", "what the memory is used for", List.of());
    private static final Topic CONNECTIONS = new Topic("connections", "who is connected", List.of());
    private static final Topic SIZE =
            new Topic("sizes", "how many keys there are, and how long the queues are", List.of());

    private final RedisSession session;

    RedisInsight(RedisSession session) {
        this.session = session;
    }

    @Override
    public List<Topic> topics() {
        return List.of(LARGE, SLOW, HITS, MEMORY, CONNECTIONS, SIZE);
    }

    @Override
    public Answer answer(Question question, Service<RedisSpec> service, Context context) {
        Topic topic = topics().stream()
                .filter(one -> one.name().equals(question.topic()))
                .findFirst()
                .orElseThrow(() -> unknown(question.topic()));
        if (question.order().isPresent()) {
            throw new HoldfastException(
                    Problem.of(Code.HF3550, "report '" + question.topic() + "' has one order only", "Leave out --by."));
        }
        if (question.thing().isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3552,
                    "the reports of Redis are of a whole service, and '"
                            + question.thing().get() + "' is a part",
                    "Leave it out."));
        }
        Looking looking = new Looking(service, context, new ArrayList<>(), new ArrayList<>());
        List<Column> columns = switch (topic.name()) {
            case "keys" -> looking.keys(question.isExact());
            case "slow" -> looking.slow(question.most());
            case "hits" -> looking.hits();
            case "memory" -> looking.memory();
            case "connections" -> looking.connections();
            default -> looking.size();
        };
        looking.rows.sort(Comparator.comparing(Row::severity));
        List<Row> rows = looking.rows.stream().limit(question.most()).toList();
        return new Answer(topic.name(), columns, rows, looking.notes);
    }

    private HoldfastException unknown(String name) {
        List<String> names = topics().stream().map(Topic::name).toList();
        return new HoldfastException(Problem.of(
                Code.HF3550,
                "Redis has no report '" + name + "'",
                Nearest.to(name, names)
                        .map(near -> "Did you mean '" + near + "'?")
                        .orElse("It has " + String.join(", ", names) + ".")));
    }

    /** One question on its way: a server that does not answer is a note, unless none does. */
    private final class Looking {
        private final Service<RedisSpec> service;
        private final Context context;
        private final List<Row> rows;
        private final List<String> notes;

        Looking(Service<RedisSpec> service, Context context, List<Row> rows, List<String> notes) {
            this.service = service;
            this.context = context;
            this.rows = rows;
            this.notes = notes;
        }

        private interface Look {
            void at(String member, Map<String, String> info);
        }

        private void each(boolean onlyPrimaries, Look look) {
            List<JedisException> failures = new ArrayList<>();
            List<String> servers = RedisMembers.servers(service);
            for (String member : servers) {
                try {
                    Map<String, String> info = session.info(service.name(), member, context);
                    if (!onlyPrimaries || "master".equals(info.get("role"))) {
                        look.at(member, info);
                    }
                } catch (JedisException silent) {
                    failures.add(silent);
                    notes.add(member + " did not answer.");
                }
            }
            if (failures.size() == servers.size()) {
                throw RedisSession.refused(
                        failures.getFirst(), service.name(), context.outside(servers.getFirst(), RedisMembers.PORT));
            }
        }

        private Object ask(String member, Command command, String... words) {
            return session.call(service.name(), member, context, command, List.of(words));
        }

        List<Column> keys(boolean isExact) {
            each(true, (member, info) -> keysOf(member, info, isExact));
            rows.sort(Comparator.comparingLong((Row row) -> RedisFindings.count(row, 2))
                    .reversed());
            return RedisFindings.KEYS;
        }

        private void keysOf(String member, Map<String, String> info, boolean isExact) {
            long end = System.nanoTime() + (isExact ? NANOS_EXACT : NANOS_LOOKED);
            long most = RedisFindings.number(info, "maxmemory");
            String cursor = "0";
            long looked = 0;
            do {
                List<?> page = (List<?>) ask(member, Command.SCAN, cursor, "COUNT", "500");
                cursor = RedisSession.text(page.get(0));
                for (Object key : (List<?>) page.get(1)) {
                    String name = RedisSession.text(key);
                    Object bytes = ask(member, Command.MEMORY, "USAGE", name);
                    looked++;
                    if (bytes instanceof Long taken) {
                        rows.add(RedisFindings.key(
                                member, name, RedisSession.text(ask(member, Command.TYPE, name)), taken, most));
                    }
                }
                // the largest are kept: the others were only looked at
                if (rows.size() > KEYS_LOOKED_AT) {
                    rows.sort(Comparator.comparingLong((Row row) -> RedisFindings.count(row, 2))
                            .reversed());
                    rows.subList(KEYS_LOOKED_AT / 2, rows.size()).clear();
                }
            } while (!cursor.equals("0") && System.nanoTime() - end < 0 && (isExact || looked < KEYS_LOOKED_AT));
            if (!cursor.equals("0")) {
                notes.add("Of the keys of " + member + " " + looked + " were looked at, and there are more"
                        + (isExact ? "." : "; --exact looks at all of them for up to a minute."));
            }
        }

        List<Column> slow(int most) {
            each(false, (member, info) -> {
                for (Object entry : (List<?>) ask(member, Command.SLOWLOG, "GET", Integer.toString(most))) {
                    rows.add(RedisFindings.slow(member, (List<?>) entry));
                }
            });
            rows.sort(Comparator.comparingLong((Row row) -> RedisFindings.count(row, 2))
                    .reversed());
            notes.add("A command is kept from 10 ms on; what it was given is not shown, but for the first key.");
            return RedisFindings.SLOW;
        }

        List<Column> hits() {
            each(false, (member, info) -> rows.add(RedisFindings.hits(member, info)));
            return RedisFindings.HITS;
        }

        List<Column> memory() {
            each(false, (member, info) -> rows.add(RedisFindings.memory(member, info)));
            return RedisFindings.MEMORY;
        }

        List<Column> connections() {
            each(
                    false,
                    (member, info) -> rows.addAll(RedisFindings.connections(
                            member, info, RedisSession.text(ask(member, Command.CLIENT, "LIST")))));
            return RedisFindings.CONNECTIONS;
        }

        List<Column> size() {
            each(true, (member, info) -> {
                info.forEach((name, figures) -> {
                    if (name.matches("db\\d+")) {
                        rows.add(RedisFindings.database(member, name, figures));
                    }
                });
                // in a cluster a queue is in one shard, and the others would direct there
                if (service.settings().topology() != RedisSpec.Topology.CLUSTER) {
                    service.settings().queues().forEach(queue -> queue(member, queue));
                }
            });
            return RedisFindings.SIZE;
        }

        private void queue(String member, String queue) {
            String type = RedisSession.text(ask(member, Command.TYPE, queue));
            Optional<Command> length = switch (type) {
                case "list" -> Optional.of(Command.LLEN);
                case "stream" -> Optional.of(Command.XLEN);
                default -> Optional.empty();
            };
            length.ifPresent(command -> rows.add(RedisFindings.queue(
                    member, queue, type, ask(member, command, queue) instanceof Long count ? count : 0)));
        }
    }
}
