package dev.holdfast.proof.scenario;

import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The S3 service of a stack as a foreign client sees it: curl with the stack's own credentials. */
record Buckets(String url, String authority, String credentials) {
    private static final Pattern NAME = Pattern.compile("<Name>([^<]*)</Name>");

    static Buckets of(RunningStack stack, String service) {
        Json environment = stack.environment();
        return new Buckets(
                stack.endpoints(service).getFirst().textAt("url").orElseThrow(),
                environment.textAt("AWS_CA_BUNDLE").orElseThrow(),
                environment.textAt("AWS_ACCESS_KEY_ID").orElseThrow() + ":"
                        + environment.textAt("AWS_SECRET_ACCESS_KEY").orElseThrow());
    }

    void create(String bucket) {
        curl("-X", "PUT", url + "/" + bucket);
    }

    void put(String bucket, String key, String content) {
        curl("-X", "PUT", "--data-binary", content, url + "/" + bucket + "/" + key);
    }

    String get(String bucket, String key) {
        return curl(url + "/" + bucket + "/" + key);
    }

    List<String> names() {
        return NAME.matcher(curl(url + "/"))
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
    }

    /** What the store answers to somebody whose clock says so, {@code 20200101T000000Z}. */
    String signedAt(String moment) {
        return Machine.run(
                "sh",
                "-c",
                "curl --silent --cacert \"$1\" --aws-sigv4 aws:amz:us-east-1:s3 --user \"$2\""
                        + " --header \"x-amz-date: $3\" \"$4/\"",
                "curl",
                authority,
                credentials,
                moment,
                url);
    }

    private String curl(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "--silent",
                "--show-error",
                "--fail-with-body",
                "--cacert",
                authority,
                "--aws-sigv4",
                "aws:amz:us-east-1:s3",
                "--user",
                credentials,
                // curl of Debian 12 signs the hash of an empty body whatever it sends
                "--header",
                "x-amz-content-sha256: UNSIGNED-PAYLOAD",
                // a form would be taken for parameters of the request
                "--header",
                "Content-Type: text/plain"));
        command.addAll(List.of(arguments));
        return Machine.run(command.toArray(new String[0]));
    }
}
