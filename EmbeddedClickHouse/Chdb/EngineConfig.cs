using System.Globalization;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// The engine's server settings for a small machine. ClickHouse's defaults are for a server that has a machine to itself:
/// caches of several GiB and a hundred background threads.
/// </summary>
internal static class EngineConfig
{
    /// <summary>Writes the file and gives its path.</summary>
    public static string Write(DataDirectory data, EngineOptions options)
    {
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var memory = options.MaxMemoryMegabytes > 0 ? options.MaxMemoryMegabytes * 1024L * 1024 : machine / 2;

        (string Name, long Value)[] settings =
        [
            ("max_server_memory_usage", memory),
            ("mark_cache_size", 128L << 20),
            ("index_mark_cache_size", 16L << 20),
            ("primary_index_cache_size", 64L << 20),
            ("uncompressed_cache_size", 0),
            ("query_condition_cache_size", 16L << 20),
            ("vector_similarity_index_cache_size", 0),
            ("text_index_tokens_cache_size", 16L << 20),
            ("text_index_header_cache_size", 16L << 20),
            ("text_index_postings_cache_size", 16L << 20),
            ("iceberg_metadata_files_cache_size", 0),
            ("parquet_metadata_cache_size", 16L << 20),
            ("compiled_expression_cache_size", 32L << 20),
            ("mmap_cache_size", 100),
            ("background_pool_size", Math.Max(2, Environment.ProcessorCount)),
            ("background_merges_mutations_concurrency_ratio", 2),
            ("background_move_pool_size", 1),
            ("background_fetches_pool_size", 1),
            ("background_common_pool_size", 2),
            ("background_buffer_flush_schedule_pool_size", 1),
            ("background_schedule_pool_size", 8),
            ("background_message_broker_schedule_pool_size", 1),
            ("background_distributed_schedule_pool_size", 1),
            ("tables_loader_foreground_pool_size", 2),
            ("tables_loader_background_pool_size", 1),
            ("max_thread_pool_size", 1000),
            ("max_thread_pool_free_size", 16),
            ("max_io_thread_pool_size", 16),
            ("max_io_thread_pool_free_size", 0),
            ("max_format_parsing_thread_pool_free_size", 0),
            ("max_prefixes_deserialization_thread_pool_free_size", 0),
            ("async_insert_threads", 1),
        ];

        var path = Path.Combine(data.Temporary, "engine.xml");
        using var file = File.CreateText(path);
        file.WriteLine("<clickhouse>");
        foreach (var (name, value) in settings)
        {
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  <{name}>{value}</{name}>"));
        }

        // Merges must not stop because the pool is small: these are compared with background_pool_size.
        file.WriteLine("""
              <logger><level>none</level></logger>
              <merge_tree>
                <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
                <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
                <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
              </merge_tree>
            </clickhouse>
            """);
        return path;
    }
}
