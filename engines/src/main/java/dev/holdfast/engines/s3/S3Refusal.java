package dev.holdfast.engines.s3;

import dev.holdfast.problem.Code;
import java.io.IOException;

/** An answer of the store that is a refusal, with S3's own word for it. Stays inside this folder. */
final class S3Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient S3Session.Door door;
    private final transient S3Session.Answer answer;

    S3Refusal(S3Session.Door door, S3Session.Answer answer) {
        super(answer.status() + " " + answer.code());
        this.door = door;
        this.answer = answer;
    }

    String code() {
        return answer.code();
    }

    S3Session.Failure failure() {
        String where = "the object store at " + door.address();
        String log = "Read the service's log with `holdfast logs " + door.service() + "`.";
        return switch (answer.code()) {
            case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
                new S3Session.Failure(
                        Code.HF3532,
                        where + " refuses the key '" + door.key() + "' (" + answer.code() + ")",
                        "Run `holdfast restart " + door.service() + "`, so that it reads its keys again.");
            case "RequestTimeTooSkewed" ->
                new S3Session.Failure(
                        Code.HF3532,
                        where + " finds the request's time too far from its own",
                        "Set the clocks of both machines.");
            case "BucketNotEmpty" ->
                new S3Session.Failure(
                        Code.HF3534,
                        where + " keeps the bucket because it still holds objects",
                        "Delete or copy away what it holds, then apply again.");
            default ->
                isFull()
                        ? new S3Session.Failure(
                                Code.HF3533,
                                where + " has no room left (" + answer.status() + " " + answer.message() + ")",
                                "Make room where the stack's data lives, or give `resources.storage` more.")
                        : new S3Session.Failure(
                                Code.HF3533,
                                where + " answers " + answer.status() + " " + answer.code() + " " + answer.message(),
                                log);
        };
    }

    private boolean isFull() {
        return answer.status() == 507 || answer.message().contains("No space left on device");
    }
}
