package io.vmha.journal;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.OffHeapStore;
import org.h2.mvstore.SFChunk;

/**
 * A copy of a store's file in memory, which can be written to as the file would be, without the file. Thread-safe as its base is: its
 * content is guarded by itself.
 */
final class MemoryCopy extends OffHeapStore {
    /** A whole store may be written anew beside the old one, and compacted. */
    private static final int GROWTH = 4;

    private static final int SLACK = 16 << 20;

    private final long most;
    private byte[] content;

    MemoryCopy(byte[] content) {
        this.content = content.clone();
        this.most = (long) content.length * GROWTH + SLACK;
        setSize(content.length);
    }

    @Override
    public synchronized ByteBuffer readFully(SFChunk chunk, long position, int length) {
        if (position < 0 || length < 0 || position + length > size()) {
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_READING_FAILED, "{0} bytes at {1} of {2}", length, position, size());
        }
        ByteBuffer read = ByteBuffer.allocate(length);
        read.put(content, (int) position, length).flip();
        return read;
    }

    @Override
    public synchronized void writeFully(SFChunk chunk, long position, ByteBuffer source) {
        long end = position + source.remaining();
        if (position < 0 || end > most) {
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_WRITING_FAILED, "{0} is far past the end, which is {1}", position, size());
        }
        if (end > content.length) {
            byte[] grown = new byte[(int) Math.min(most, end * 2)];
            System.arraycopy(content, 0, grown, 0, content.length);
            content = grown;
        }
        source.get(content, (int) position, source.remaining());
        setSize(Math.max(size(), end));
    }

    @Override
    public void free(long position, int length) {
        freeSpace.free(position, length);
    }

    @Override
    public synchronized void truncate(long size) {
        setSize(Math.min(size, size()));
    }
}
