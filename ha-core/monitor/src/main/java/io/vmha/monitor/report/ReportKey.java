package io.vmha.monitor.report;

import static io.vmha.monitor.internal.Checks.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret that one virtual machine signs its reports with, and the name of it. Immutable; its text hides the secret. */
public final class ReportKey {
    /** The least length of a secret, in bytes. */
    public static final int MIN_BYTES = 32;

    private static final int MAX_FILE_BYTES = 1024;
    private static final int BLOCK_BYTES = 64;
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern LINE = Pattern.compile("(\\S+) (\\S+)\\n?");
    private static final Set<PosixFilePermission> OF_THE_OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final String id;
    private final SecretKeySpec secret;

    private ReportKey(String id, byte[] secret) {
        this.id = id;
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /**
     * Returns a key.
     *
     * @param id 1 to 64 letters, digits, dots, underscores and hyphens; not secret
     * @param secret {@value #MIN_BYTES} random bytes or more; copied
     * @throws IllegalArgumentException if the id has other characters, or the secret is shorter
     */
    public static ReportKey of(String id, byte[] secret) {
        checkArgument(isId(id), "a key id must be 1 to 64 letters, digits, dots, underscores or hyphens: %s", id);
        checkArgument(
                secret.length >= MIN_BYTES, "key %s must have at least %s bytes: %s", id, MIN_BYTES, secret.length);
        return new ReportKey(id, secret);
    }

    /**
     * Reads a key from a file of one line: the key's id, a space, and the secret in base64.
     *
     * @throws IllegalArgumentException if it is no regular file, others than its owner may do anything with it, or it is not of that form; the
     *     message does not hold what is in it
     * @throws IOException if the file cannot be read
     */
    public static ReportKey read(Path file) throws IOException {
        // A FIFO would be waited for, without end.
        checkArgument(Files.isRegularFile(file) || !Files.exists(file), "the key file %s must be a regular file", file);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        checkArgument(
                OF_THE_OWNER.containsAll(permissions),
                "the key file %s must be for its owner only (mode 0600 or 0400): %s",
                file,
                permissions);
        checkArgument(
                Files.size(file) <= MAX_FILE_BYTES, "the key file %s must have at most %s bytes", file, MAX_FILE_BYTES);
        Matcher line = LINE.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        checkArgument(line.matches(), "the key file %s must hold one line: id, space, secret in base64", file);
        return of(line.group(1), decode(line.group(2), file));
    }

    private static byte[] decode(String base64, Path file) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            // Its message would tell a part of the secret.
            throw new IllegalArgumentException("the secret in the key file " + file + " is not base64");
        }
    }

    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /** The key's name; not secret. */
    public String id() {
        return id;
    }

    /**
     * What HMAC makes of the secret before it signs: a long one is hashed, and a short one is padded with zeros. Secrets of which
     * this is equal sign alike.
     */
    ByteBuffer effectiveSecret() {
        byte[] bytes = secret.getEncoded();
        byte[] effective = bytes.length > BLOCK_BYTES ? sha256(bytes) : bytes;
        int length = effective.length;
        while (length > 0 && effective[length - 1] == 0) {
            length--;
        }
        return ByteBuffer.wrap(effective, 0, length).slice();
    }

    /** Whether the other has the same name and signs alike. */
    boolean isSameAs(ReportKey other) {
        return this == other
                || (id.equals(other.id) && MessageDigest.isEqual(secret.getEncoded(), other.secret.getEncoded()));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    byte[] sign(byte[] message, int length) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(message, 0, length);
            return mac.doFinal();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, missing);
        }
    }

    /** The key's id, and nothing of the secret. */
    @Override
    public String toString() {
        return "ReportKey[" + id + "]";
    }
}
