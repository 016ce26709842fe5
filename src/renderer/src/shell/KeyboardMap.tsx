import { Kbd, Modal, Table } from '@mantine/core'
import type { JSX } from 'react'
import { keyboardMap } from '../widgets/hooks/keySequence.ts'

export function KeyboardMap(props: { readonly opened: boolean; readonly onClose: () => void }): JSX.Element {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Keyboard"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Table>
        <Table.Tbody>
          {keyboardMap.map(({ keys, does }) => (
            <Table.Tr key={keys}>
              <Table.Td w={110}>
                <Kbd>{keys}</Kbd>
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
