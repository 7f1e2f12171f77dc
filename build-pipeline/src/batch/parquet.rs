//! A Parquet file of flat rows, one a recommended item: `user_id` (text), `rank` (from 1), `item_id` (an integer or
//! text, as the pack has it), `score`. Flat columns are read by every tool without unnesting.

use std::{io::Write, path::Path, sync::Arc};

use aftershow_core::{ItemId, ids::IdKind};
use parquet::{
    data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::parser::parse_message_type,
};

use super::{Row, Sink};
use crate::error::BuildError;

/// Writes a row group for each block of users.
pub(super) struct Table<'a, W: Write + Send> {
    file: SerializedFileWriter<W>,
    path: &'a Path,
    ids: IdKind,
}

impl<'a, W: Write + Send> Table<'a, W> {
    pub fn new(out: W, path: &'a Path, ids: IdKind) -> Result<Table<'a, W>, BuildError> {
        let item_id = match ids {
            IdKind::Integer => "INT64 item_id",
            IdKind::String => "BYTE_ARRAY item_id (UTF8)",
        };
        let schema = format!(
            "message recommendations {{ REQUIRED BYTE_ARRAY user_id (UTF8); REQUIRED INT32 rank; REQUIRED {item_id}; REQUIRED DOUBLE score; }}"
        );
        let properties = WriterProperties::builder()
            .set_created_by(concat!("aftershow ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = parse_message_type(&schema)
            .and_then(|schema| SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)))
            .map_err(|e| failed(path, &e))?;
        Ok(Table { file, path, ids })
    }

    pub fn finish(self) -> Result<(), BuildError> {
        let path = self.path;
        self.file.close().map(drop).map_err(|e| failed(path, &e))
    }

    fn group(&mut self, rows: &[Row<'_>]) -> Result<(), ParquetError> {
        let all = || rows.iter().flat_map(|row| &row.ranking.items);
        let users = rows.iter().flat_map(|row| {
            let id = ByteArray::from(row.user.as_bytes().to_vec());
            row.ranking.items.iter().map(move |_| id.clone())
        });
        let ranks = rows.iter().flat_map(|row| 1..=row.ranking.items.len() as i32);
        let mut group = self.file.next_row_group()?;
        column::<ByteArrayType, _>(&mut group, &users.collect::<Vec<_>>())?;
        column::<Int32Type, _>(&mut group, &ranks.collect::<Vec<_>>())?;
        match self.ids {
            IdKind::Integer => {
                let number = |id: &ItemId| match id {
                    ItemId::Int(number) => *number as i64, // at most 2⁵³
                    ItemId::Str(_) => 0,
                };
                column::<Int64Type, _>(&mut group, &all().map(|item| number(&item.id)).collect::<Vec<_>>())?;
            }
            IdKind::String => {
                let text = |id: &ItemId| ByteArray::from(id.to_string().into_bytes());
                column::<ByteArrayType, _>(&mut group, &all().map(|item| text(&item.id)).collect::<Vec<_>>())?;
            }
        }
        column::<DoubleType, _>(&mut group, &all().map(|item| item.score).collect::<Vec<_>>())?;
        group.close().map(drop)
    }
}

fn column<T: parquet::data_type::DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns".to_owned()));
    };
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()
}

impl<W: Write + Send> Sink for Table<'_, W> {
    fn put(&mut self, rows: &[Row<'_>]) -> Result<(), BuildError> {
        let written = self.group(rows);
        written.map_err(|e| failed(self.path, &e))
    }
}

fn failed(path: &Path, error: &ParquetError) -> BuildError {
    BuildError::write(path, std::io::Error::other(error.to_string()))
}
