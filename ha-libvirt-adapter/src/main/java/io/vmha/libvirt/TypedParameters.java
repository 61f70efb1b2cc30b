package io.vmha.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The whole numbers of a list of libvirt's typed parameters, by their names, and the names of all. Immutable. */
final class TypedParameters {
    // struct virTypedParameter { char field[80]; int type; union of 8 bytes } with the union aligned to 8.
    private static final int FIELD_LENGTH = 80;
    private static final int TYPE_OFFSET = 80;
    private static final int VALUE_OFFSET = 88;
    private static final int SIZE = 96;

    private final Map<String, Long> numbers;
    private final Set<String> names;

    TypedParameters(Map<String, Long> numbers, Set<String> names) {
        this.numbers = numbers;
        this.names = names;
    }

    /** Reads an array of so many. */
    static TypedParameters read(Pointer array, int count) {
        Map<String, Long> found = new HashMap<>();
        Set<String> names = new HashSet<>();
        byte[] raw = count == 0 ? new byte[0] : array.getByteArray(0, count * SIZE);
        ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        for (int at = 0; at < raw.length; at += SIZE) {
            String name = name(raw, at);
            names.add(name);
            // 1 int, 2 unsigned int, 3 long long, 4 unsigned long long; the other types are not used here
            switch (bytes.getInt(at + TYPE_OFFSET)) {
                case 1 -> found.put(name, (long) bytes.getInt(at + VALUE_OFFSET));
                case 2 -> found.put(name, Integer.toUnsignedLong(bytes.getInt(at + VALUE_OFFSET)));
                case 3, 4 -> found.put(name, bytes.getLong(at + VALUE_OFFSET));
                default -> {
                    // no number
                }
            }
        }
        return new TypedParameters(found, names);
    }

    /** Returns an array of one unsigned number, for libvirt to read; of 64 bits if it is long, of 32 if not. */
    static Memory one(String name, long value, boolean isLong) {
        Memory parameter = new Memory(SIZE);
        parameter.clear();
        parameter.setString(0, name, "US-ASCII");
        parameter.setInt(TYPE_OFFSET, isLong ? 4 : 2);
        if (isLong) {
            parameter.setLong(VALUE_OFFSET, value);
        } else {
            parameter.setInt(VALUE_OFFSET, (int) value);
        }
        return parameter;
    }

    /** Returns room for so many that libvirt writes. */
    static Memory room(int count) {
        Memory parameters = new Memory((long) SIZE * Math.max(1, count));
        parameters.clear();
        return parameters;
    }

    /** The number of that name; absent where libvirt did not tell it. */
    OptionalLong number(String name) {
        Long found = numbers.get(name);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    }

    /** Whether there is one of that name, of whatever type. */
    boolean has(String name) {
        return names.contains(name);
    }

    private static String name(byte[] raw, int at) {
        int end = at;
        while (end < at + FIELD_LENGTH && raw[end] != 0) {
            end++;
        }
        return new String(raw, at, end - at, StandardCharsets.US_ASCII);
    }
}
